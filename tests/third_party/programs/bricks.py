"""A small library of bricks on Theano: applications that annotate graphs, and graphs walked later.

What an application makes is copied, so that it can be tagged; a computation graph collects shared
variables, updates and auxiliary variables below an output, those inside scans too; filters find
variables by role; dropout and weight noise replace them afterwards.
"""

import inspect
import json
from collections import OrderedDict

import numpy
import theano
from theano import Variable, tensor
from theano.gof import graph
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.scan_module.scan_op import Scan

theano.config.floatX = "float64"
rng = numpy.random.RandomState(11)
PARAMETER, WEIGHT, OUTPUT, COST = "PARAMETER", "WEIGHT", "OUTPUT", "COST"


def add_role(var, role):
    roles = getattr(var.tag, "roles", [])
    var.tag.roles = roles if role in roles else roles + [role]


def add_annotation(var, annotation):
    var.tag.annotations = getattr(var.tag, "annotations", []) + [annotation]


def get_brick(var):
    for annotation in getattr(var.tag, "annotations", []):
        if isinstance(annotation, Brick):
            return annotation


def copy_and_tag(variable, brick, role, name):
    copy = variable.copy()
    copy.name = "{}_{}".format(brick.name, name)
    copy.tag.application_call = name
    add_annotation(copy, brick)
    add_role(copy, role)
    return copy


def application(function):
    def apply(brick, *args, **kwargs):
        outputs = function(brick, *args, **kwargs)
        single = isinstance(outputs, Variable)
        outputs = [outputs] if single else list(outputs)
        outputs = [copy_and_tag(v, brick, OUTPUT, function.__name__) for v in outputs]
        return outputs[0] if single else outputs

    apply.wrapped = function
    return apply


class Brick(object):
    def __init__(self, name):
        self.name, self.parameters = name, []

    def parameter(self, value, name, role=PARAMETER):
        shared = theano.shared(numpy.asarray(value, theano.config.floatX), name=name)
        add_annotation(shared, self)
        add_role(shared, PARAMETER)
        add_role(shared, role)
        self.parameters.append(shared)
        return shared


class Linear(Brick):
    def __init__(self, n, m, name):
        super(Linear, self).__init__(name)
        self.W = self.parameter(0.4 * rng.randn(n, m), "W", WEIGHT)
        self.b = self.parameter(numpy.zeros(m), "b")

    @application
    def apply(self, x):
        return tensor.dot(x, self.W) + self.b


class SimpleRecurrent(Brick):
    def __init__(self, dim, name):
        super(SimpleRecurrent, self).__init__(name)
        self.W = self.parameter(0.3 * rng.randn(dim, dim), "W", WEIGHT)
        self.initial_state_ = self.parameter(numpy.zeros(dim), "initial_state")

    @application
    def step(self, inputs, states, mask=None):
        next_states = tensor.tanh(inputs + tensor.dot(states, self.W))
        if mask is not None:
            next_states = mask[:, None] * next_states + (1 - mask[:, None]) * states
        return next_states

    @application
    def apply(self, inputs, mask, reverse=False):
        initial = tensor.repeat(self.initial_state_[None, :], inputs.shape[1], 0)

        def scan_function(x_t, mask_t, h):
            return self.step(x_t, h, mask_t)

        states, updates = theano.scan(
            scan_function,
            sequences=[inputs, mask],
            outputs_info=[initial],
            n_steps=inputs.shape[0],
            go_backwards=reverse,
            name="{}_apply_scan".format(self.name),
        )
        for _, updated in updates.items():
            add_annotation(updated, self)
        return states


class ComputationGraph(object):
    def __init__(self, outputs):
        self.outputs = [outputs] if isinstance(outputs, Variable) else list(outputs)
        self.updates = OrderedDict()
        self._get_variables()

    def _get_variables(self):
        inputs = graph.inputs(self.outputs)
        sorted_apply_nodes = graph.io_toposort(inputs, self.outputs)
        self.scans = list({node.op for node in sorted_apply_nodes if isinstance(node.op, Scan)})
        self.scans.sort(key=lambda scan: str(scan.name))
        self.sorted_scan_nodes = [node for node in sorted_apply_nodes if isinstance(node.op, Scan)]
        seen, main_vars = set(), [var for var in list(graph.variables(inputs, self.outputs))]
        main_vars += [v for node in sorted_apply_nodes for v in node.outputs]
        self.variables = [v for v in main_vars if not (v in seen or seen.add(v))]
        for var in inputs:
            if hasattr(var, "default_update"):
                update = getattr(var, "default_update", None)
                if update is not None:
                    self.updates[var] = update

    @property
    def shared_variables(self):
        return [v for v in self.variables if isinstance(v, theano.compile.SharedVariable)]

    @property
    def inputs(self):
        return [
            v
            for v in graph.inputs(self.outputs)
            if not isinstance(v, (theano.Constant, theano.compile.SharedVariable))
        ]

    @property
    def scan_variables(self):
        return [v for scan in self.scans for v in graph.variables(scan.inputs, scan.outputs)]

    def get_theano_function(self, additional_updates=None, **kwargs):
        updates = list(self.updates.items()) + list((additional_updates or {}).items())
        return theano.function(self.inputs, self.outputs, updates=updates, **kwargs)

    def replace(self, replacements):
        return ComputationGraph(theano.clone(self.outputs, replace=replacements))


def variable_filter(variables, roles=None, bricks=None, name=None):
    found = [v for v in variables if not roles or set(roles) & set(getattr(v.tag, "roles", []))]
    if bricks is not None:
        found = [v for v in found if get_brick(v) in bricks]
    return [v for v in found if name is None or v.name == name]


def apply_dropout(cg, variables, drop_prob, seed):
    generator = MRG_RandomStreams(seed)
    divisor = 1 - drop_prob
    replacements = [
        (var, var * generator.binomial(var.shape, p=1 - drop_prob, dtype="float64") / divisor)
        for var in variables
    ]
    for variable, replacement in replacements:
        replacement.tag.replacement_of = variable
    return cg.replace(replacements)


def apply_noise(cg, variables, level, seed):
    generator = MRG_RandomStreams(seed)
    return cg.replace({v: v + generator.normal(v.shape, std=level) for v in variables})


assert inspect.isclass(Scan)
x, mask = tensor.tensor3("features"), tensor.matrix("features_mask")
y = tensor.lmatrix("targets")
first, recurrent, last = Linear(4, 5, "first"), SimpleRecurrent(5, "rec"), Linear(5, 3, "last")
hidden = recurrent.apply(first.apply(x), mask)
readout = last.apply(hidden)
probabilities = tensor.nnet.softmax(readout.reshape((-1, 3)))
cost = tensor.nnet.categorical_crossentropy(probabilities, y.flatten())
cost = (cost.reshape(y.shape) * mask).sum() / mask.sum()
add_role(cost, COST)
cost.name = "cost"

cg = ComputationGraph(cost)
weights = variable_filter(cg.variables, roles=[WEIGHT])
in_scan = variable_filter(cg.scan_variables, roles=[OUTPUT], name="rec_step")
print(sorted(v.name for v in cg.inputs), len(weights), len(cg.scans), len(in_scan))
print(sorted(v.name for v in variable_filter(cg.variables, roles=[OUTPUT])))
dropped = apply_dropout(
    cg, variable_filter(cg.variables, roles=[OUTPUT], bricks=[first]), 0.5, seed=1
)
noisy = apply_noise(dropped, variable_filter(dropped.variables, roles=[WEIGHT]), 0.1, seed=2)
print(len(noisy.updates) > 0, [v.name for v in noisy.outputs])
regularized = noisy.outputs[0] + 0.01 * sum((W**2).sum() for W in weights)
params = variable_filter(cg.shared_variables, roles=[PARAMETER])
params.sort(key=lambda p: (get_brick(p).name, p.name))
gradients = OrderedDict(zip(params, tensor.grad(regularized, params)))
total_norm = tensor.sqrt(sum((g**2).sum() for g in gradients.values()))
steps = {p: 0.5 * tensor.switch(total_norm > 1.0, g / total_norm, g) for p, g in gradients.items()}
algorithm = ComputationGraph([regularized]).get_theano_function(
    OrderedDict((p, p - steps[p]) for p in params), on_unused_input="ignore"
)
names = [v.name for v in ComputationGraph([regularized]).inputs]
monitor = ComputationGraph([cost, readout]).get_theano_function()
order = [v.name for v in ComputationGraph([cost, readout]).inputs]
losses = []
for _ in range(4):
    lengths = rng.randint(2, 6, 3)
    batch = {
        "features": rng.randn(5, 3, 4),
        "features_mask": (numpy.arange(5)[:, None] < lengths).astype("float64"),
        "targets": rng.randint(0, 3, (5, 3)),
    }
    losses.append(float(algorithm(*[batch[n] for n in names])[0]))
    losses.append(float(monitor(*[batch[n] for n in order])[0]))
print(json.dumps(losses))
