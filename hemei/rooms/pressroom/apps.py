from django.apps import AppConfig


class Room(AppConfig):
    name = "hemei.rooms.pressroom"
    label = "pressroom"
