"""Run by the Python that QGIS belongs to: opens a project without a screen and says as JSON what became of it."""

import json
import sys

from qgis.core import QgsApplication, QgsProject, QgsRenderContext

application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
opened = project.read(sys.argv[1])
layers = {
    layer.id(): {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "crs": layer.crs().authid(),
        "renderer": layer.renderer().type(),
        "fills": sorted({symbol.color().name() for symbol in layer.renderer().symbols(QgsRenderContext())}),
        "labelled": layer.labelsEnabled(),
    }
    for layer in project.mapLayers().values()
    if layer.isValid()
}
broken = [layer.id() for layer in project.mapLayers().values() if not layer.isValid()]
tree = project.layerTreeRoot().findLayerIds()
print(
    json.dumps(
        {"tree": tree, "opened": opened, "broken": broken, "crs": project.crs().authid(), "layers": layers}
    )
)
application.exitQgis()
