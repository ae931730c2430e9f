from django.apps import AppConfig


class Room(AppConfig):
    name = "hemei.rooms.register"
    label = "register"
