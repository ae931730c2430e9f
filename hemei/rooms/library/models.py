"""Pictures: every one re-encoded and stripped before it is kept, so that only cleaned masters exist here."""

from django.db import models
from wagtail.images.models import AbstractImage, AbstractRendition


class Picture(AbstractImage):
    """A cleaned master picture. Its file is exactly the master whose digest stories carry."""

    master = models.CharField("指纹", max_length=64, db_index=True, blank=True, editable=False)
    credit = models.CharField("摄影或来源", max_length=80, blank=True)

    admin_form_fields = (
        "title",
        "file",
        "description",
        "credit",
        "tags",
        *("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height"),
    )

    wagtail_reference_index_ignore = True  # usage is read from frozen versions, not rebuilt at each save

    class Meta(AbstractImage.Meta):
        verbose_name = verbose_name_plural = "图片"
        indexes = [
            models.Index(fields=["title"], name="pictures_by_title"),
            models.Index(fields=["file_size"], name="pictures_by_size"),
        ]


class Thumbnail(AbstractRendition):
    """A small size of a picture for the desk's own screens; never printed."""

    image = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="one_thumbnail_a_size")
        ]
