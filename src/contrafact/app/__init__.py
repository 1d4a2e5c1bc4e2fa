"""The web application: a server on this machine that shows results, runs what is asked, and reads nothing from outside.

Imported when `contrafact serve` or `contrafact report` first needs it, so that `contrafact --help` stays quick.
"""
