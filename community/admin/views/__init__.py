"""Pages of administrators."""

from community.admin.views.blueprint import administration

from community.admin.views import badges, boards, groups, people, ranks  # noqa: F401  isort: skip

__all__ = ["administration"]
