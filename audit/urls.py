from django.urls import path

from audit.views import log, packs, samples

app_name = "audit"
RECORD = "log/records/<str:object_type>/<str:object_id>/"
urlpatterns = [
    path("log/", log.rows, name="log"),
    path("log/find/", log.find, name="find"),
    path("log/by/<str:by>/", log.groups, name="groups"),
    path("log/rows/<int:pk>/", log.row, name="row"),
    path(RECORD, log.record, name="record"),
    path(f"{RECORD}pack/", packs.pack, name="pack"),
    path("log/samples/", samples.samples, name="samples"),
    path("log/samples/draw/", samples.draw, name="draw"),
    path("log/samples/<int:pk>/", samples.sample, name="sample"),
    path("log/samples/<int:pk>/rows/<int:row_pk>/", samples.review, name="review"),
]
