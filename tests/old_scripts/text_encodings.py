# -*- coding: latin-1 -*-
import sys
reload(sys)
sys.setdefaultencoding('utf-8')
import os, csv, hashlib
sys.stdout = os.fdopen(sys.stdout.fileno(), 'w', 0)
name = u'café'
print len(name), repr(unicode(name)) == repr(name), isinstance(name, basestring)
print 'text'.decode('utf-8'), 'text'.encode('hex'), '74657874'.decode('hex')
writer = csv.writer(open('table.csv', 'wb'))
writer.writerow(['a', 'b'])
writer.writerow([1, unicode(2)])
del writer
for row in csv.reader(open('table.csv', 'rb')):
    print row
for line in file('table.csv', 'rU').readlines():
	if line.strip():
	    words = line.split(',')
        print len(words),
print
