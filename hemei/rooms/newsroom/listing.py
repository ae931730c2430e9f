"""The list of stories: by words and marks, never slower for an archive behind it.

It reads one page of stories and no bodies but those it shows a piece of; it counts no further than it lists.
"""

from __future__ import annotations

import django_filters
from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.snippets.views.snippets import IndexView

from hemei.rooms.newsroom import search
from hemei.rooms.newsroom.models import Section, Story
from hemei.rooms.newsroom.together import queries as together
from hemei.sqlite import words

UNREAD = ("body", "gist", "warnings", "people", "hands", "returned")


class StoryFilters(WagtailFilterSet):
    """What the list can be narrowed by. What is chosen is asked of the index together with the words."""

    state = django_filters.MultipleChoiceFilter(
        label="状态", choices=Story.State.choices, widget=forms.CheckboxSelectMultiple
    )
    section = django_filters.ModelMultipleChoiceFilter(
        label="栏目", queryset=Section.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    filed_by = django_filters.ModelChoiceFilter(
        label="建稿人", queryset=User.objects.order_by("username"), empty_label="所有人"
    )
    day = django_filters.DateFromToRangeFilter(label="日期", widget=DateRangePickerWidget)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.form.fields["filed_by"].label_from_instance = lambda user: user.get_full_name() or user.get_username()

    class Meta:
        model = Story
        fields: list[str] = []


class CountedSoFar(WagtailPaginator):
    """Pages of the newest `search.MOST` stories; who needs older ones narrows the list."""

    found: search.Found | None = None

    @cached_property
    def counted(self) -> int:
        if self.found is not None:
            return len(self.found.ids) + self.found.more
        return self.object_list.order_by()[: search.MOST + 1].count()

    @property
    def more(self) -> bool:
        return self.counted > search.MOST

    @cached_property
    def count(self) -> int:
        return min(search.MOST, self.counted)

    @property
    def items_count_label(self) -> str:
        return f"{self.count}{'+' if self.more else ''} 篇稿件"


class HeadlineColumn(TitleColumn):
    """The headline, and the words looked for where they stand: in it, or in a line of the story below it."""

    cell_template_name = "newsroom/headline_cell.html"

    def __init__(self, *args, asked=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        context["pieces"] = words.highlighted(str(instance), self.asked)
        context["below"] = self._below(instance, context["pieces"])
        return context

    def _below(self, story, pieces):
        if not self.asked or any(lit for lit, _ in pieces):
            return []
        said = [getattr(story, name) for name in (*search.HEAD, *search.REST)]
        shown = words.excerpt("　".join([*filter(None, said), *search.body_lines(story.body)]), self.asked)
        return words.highlighted(shown, self.asked)


class StoryIndexView(IndexView):
    is_searchable = True
    filterset_class = StoryFilters
    paginator_class = CountedSoFar
    default_ordering = "-id"

    @cached_property
    def columns(self):  # without boxes for deeds in bulk: each deed here is one person's on one story
        return [
            self._get_title_column("headline", HeadlineColumn, asked=words.words(self.search_query)),
            Column("section", label="栏目", classname="spare"),
            Column("standing", label="状态"),
            Column("here", label="谁在这里", classname="spare"),
            DateColumn("updated", label="修改时间", sort_key="updated", classname="spare"),
        ]

    def get_valid_orderings(self):
        return ["updated", "-updated", "-id"]  # what there is an index for

    def _get_title_column(self, field_name, column_class=TitleColumn, **kwargs):
        column = super()._get_title_column(field_name, column_class, **kwargs)
        column.sort_key = None
        return column

    def get_list_buttons(self, instance):
        return []  # the headline opens it; nothing is deleted here, but spiked or withdrawn

    def get_base_queryset(self):
        unread = [name for name in UNREAD if not (self.is_searching and name in ("body", "gist"))]
        return super().get_base_queryset().defer(*unread).select_related("section")

    @cached_property
    def found(self) -> search.Found | None:
        """What the index answers; None when it is asked nothing, for then everything is listed."""
        chosen = self.filters.form.cleaned_data if self.filters.form.is_valid() else {}
        days, filer = chosen.get("day"), chosen.get("filed_by")
        asked = search.Asked(
            words=self.search_query,
            states=chosen.get("state") or (),
            sections=[section.pk for section in chosen.get("section") or ()],
            filer=filer.pk if filer else None,
            since=days.start.date() if days and days.start else None,
            until=days.stop.date() if days and days.stop else None,
        )
        return search.find(asked) if asked != search.Asked(sections=[]) else None

    def filter_queryset(self, queryset):
        return queryset if self.found is None else queryset.filter(pk__in=self.found.ids)

    def search_queryset(self, queryset):
        return queryset  # found above, together with the filters

    def get_context_data(self, *args, **kwargs):
        context = super().get_context_data(*args, **kwargs)
        shown = list(context["object_list"]) if context["page_obj"] else []  # the same rows that the table shows
        found = together.here([story.pk for story in shown], now=timezone.now(), but=self.request.user.get_username())
        for story in shown:
            story.here = "、".join(found.get(story.pk, []))
        return context

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.found = self.found
        return paginator
