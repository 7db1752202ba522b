from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    """Django's admin, with the officials' desk as its one site."""

    default_site = "portal.desk.site.DeskSite"
