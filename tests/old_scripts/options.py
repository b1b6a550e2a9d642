import getopt, logging, optparse, os, string, sys
from ConfigParser import SafeConfigParser
try:
    import json
except ImportError:
    import simplejson as json

parser = optparse.OptionParser(usage="%prog [options]")
parser.add_option("-e", "--epochs", type="int", default=3)
parser.add_option("--lr", dest="rate", type="float", default=.1)
parser.add_option("-c", "--config", default=None)
(options, args) = parser.parse_args()
if not options.config:
    parser.error, raise_it = None, True
    raise SystemExit, "which configuration?"
config = SafeConfigParser()
config.readfp(open(options.config))
sections = config._sections
for name, section in sections.iteritems():
    for key in section.keys():
        print name, key, section[key],
        print string.upper(key), int(section[key]) / 2
print options.epochs / 2, options.rate, args, oct(0755), 10L ** 2
settings = dict(epochs=options.epochs)
if settings.has_key('epochs') and not settings.has_key('momentum'):
    print json.dumps(settings), `settings`
exec "momentum = 1 / 2" in settings
print settings['momentum'], os.getcwdu() == os.getcwd(), sys.maxint > 2 ** 30
