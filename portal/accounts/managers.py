from django.contrib.auth.base_user import BaseUserManager


class UserManager(BaseUserManager):
    """Makes accounts. There is no way to make a Django superuser."""

    def create_user(self, username, email, password=None, **fields):
        user = self.model(username=username, email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user
