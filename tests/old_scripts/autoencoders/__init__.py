from training import Trainer
