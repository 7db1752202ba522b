"""Which static files of installed packages are served: those that a page of ours asks for."""

from django.contrib.staticfiles.finders import AppDirectoriesFinder

# The wheels carry every variant of Bootstrap and htmx: 10 MB that nobody would ever fetch and that
# every start with changed files would compress. Packages not named here are served whole.
NEEDED = {
    "django_include_bootstrap": {
        "css/bootstrap.min.css",
        "css/bootstrap.min.css.map",  # the style sheet names it
    },
    "django_htmx": {"django_htmx/htmx-2.min.js"},
}


class NeededFilesFinder(AppDirectoriesFinder):
    """The ``static`` folders of the installed apps, without what :data:`NEEDED` leaves out."""

    def list(self, ignore_patterns):
        package_of = {id(storage): name for name, storage in self.storages.items()}
        for path, storage in super().list(ignore_patterns):
            if path in NEEDED.get(package_of[id(storage)], {path}):
                yield path, storage
