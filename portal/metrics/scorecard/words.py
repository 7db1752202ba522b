"""Names of the groups and indicators of Decision 766/QĐ-TTg, in our own words, and where each is known from."""

from django.utils.translation import gettext_lazy as _

GROUPS = {
    "1": _("Publicity and transparency"),
    "2": _("Progress"),
    "3": _("Online services and online payment"),
    "3a": _("Online services"),
    "3b": _("Online payment"),
    "4": _("Digitisation"),
    "5": _("Satisfaction"),
}

INDICATORS = {
    "1.1": _("Procedures announced in time, of those announced"),
    "1.2": _("Procedures published in time, of those due"),
    "1.3": _("Procedures published with all their parts, of those published"),
    "1.4": _("Dossiers synchronised with the national portal"),
    "2.1": _("Dossiers finished on time, of those dealt with"),
    "3.1": _("Procedures with an online service, of those under competence"),
    "3.2": _("Online services with a dossier received online"),
    "3.3": _("Dossiers online and with an e-result where one is due, times the rate of 1.4"),
    "3.F": _("Full-process dossiers, of the dossiers of procedures eligible for it"),
    "3.5a": _("Procedures with a fee whose fee is known to the portal"),
    "3.5b": _("Procedures with a fee that were paid for online"),
    "3.6": _("Dossiers paid online, of those with a fee"),
    "4.1": _("Dossiers with an e-result, of those whose result is a document"),
    "4.2": _("Dossiers digitised, with e-result where one is due"),
    "4.x": _("Electronic certified copies"),
    "4.3": _("Dossiers that re-used digitised data"),
    "4.4": _("Dossiers with a paper from the personal store"),
    "4.5a": _("Procedures that use the population database"),
    "4.5b": _("Dossiers that used the population database"),
    "5.2": _("Feedback handled on time"),
    "5.3": _("Feedback without dissatisfaction, repetition or delay"),
    "5.4": _("Dossiers neither overdue nor complained of"),
}

PROFILES = {
    "older": _("Older: 2 + 4 + 6 points online"),
    "newer": _("Newer: 12 points full-process"),
}

SOURCES = {
    "F": _("formulas of the Government Office for the decision, as transcribed publicly"),
    "F2": _("points as a public repository had them; the first annex may differ"),
    "?": _("the table of 2026; its first day is not known"),
}
