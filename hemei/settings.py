"""The back office's settings: from the environment only, safe by default."""

from pathlib import Path

from hemei.home import desk_address, home, mail, secret, whole, yes
from hemei.sqlite import swap

swap()  # before anything of Django imports sqlite3

HOME = home()
PORT = whole("HEMEI_PORT", 8000, 1, 65535)
MAIL = mail()
DESK = desk_address(PORT)
DEBUG = yes("HEMEI_DEBUG")
SECRET_KEY = secret(HOME / "keys" / "django-secret")
ALLOWED_HOSTS = ["*"]  # the front door sets the host; addresses in pages come from setting "site", never from a request
ROOT_URLCONF = "hemei.urls"
WSGI_APPLICATION = None
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [Path(__file__).parent / "rooms" / "locale"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "hemei.rooms.ledger",
    "hemei.rooms.people",
    "hemei.rooms.notices",
    "hemei.rooms.review",
    "hemei.rooms.library",
    "hemei.rooms.register",
    "hemei.rooms.newsroom",
    "hemei.rooms.plan",
    "hemei.rooms.pressroom",
    "hemei.rooms.people.accounts.Accounts",  # wagtail.users, with our screens
    "wagtail.snippets",
    "wagtail.images",
    "wagtail.documents",  # the library's own scripts ask for its addresses; nothing of it is shown
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "rooms" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "hemei.sqlite",
        "NAME": HOME / "data" / "desk.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {"timeout": 20},  # journal, sync and lock settings are the engine's own
    }
}
STATIC_URL = "/desk/static/"
MEDIA_URL = "/desk/media/"
MEDIA_ROOT = HOME / "data" / "media"
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # a pasted million characters fits
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a table of many rows
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
SESSION_COOKIE_NAME = "hemei_desk"
SESSION_COOKIE_PATH = "/desk/"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "hemei_csrf"
CSRF_COOKIE_PATH = "/desk/"
CSRF_FAILURE_VIEW = "hemei.urls.stale"
CSRF_TRUSTED_ORIGINS: list[str] = []
if yes("HEMEI_BEHIND_PROXY"):  # the front overwrites this header in any case
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

WAGTAIL_SITE_NAME = "和媒"
WAGTAILADMIN_USER_LOGIN_FORM = "hemei.rooms.people.screens.SignInForm"  # wrong passwords are counted
WAGTAILADMIN_BASE_URL = f"http://127.0.0.1:{PORT}"
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文")]
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAIL_I18N_ENABLED = False
WAGTAIL_WORKFLOW_ENABLED = False  # its approvals survive later edits; ours are signatures over exact bytes
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no colleague's address leaves the building
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": False}}
WAGTAILIMAGES_IMAGE_MODEL = "library.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "hemei.rooms.library.screens.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp", "gif"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
