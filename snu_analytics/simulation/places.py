"""Regions, academies and departments in which invented people live."""

from dataclasses import dataclass

# One line a region: its academies, each with its departments and their codes.
_REGIONS = """
Auvergne-Rhône-Alpes > Clermont-Ferrand: 03 Allier, 15 Cantal, 43 Haute-Loire, 63 Puy-de-Dôme > Grenoble: 07 Ardèche, 26 Drôme, 38 Isère, 73 Savoie, 74 Haute-Savoie > Lyon: 01 Ain, 42 Loire, 69 Rhône
Bourgogne-Franche-Comté > Besançon: 25 Doubs, 39 Jura, 70 Haute-Saône, 90 Territoire de Belfort > Dijon: 21 Côte-d'Or, 58 Nièvre, 71 Saône-et-Loire, 89 Yonne
Bretagne > Rennes: 22 Côtes-d'Armor, 29 Finistère, 35 Ille-et-Vilaine, 56 Morbihan
Centre-Val de Loire > Orléans-Tours: 18 Cher, 28 Eure-et-Loir, 36 Indre, 37 Indre-et-Loire, 41 Loir-et-Cher, 45 Loiret
Corse > Corse: 2A Corse-du-Sud, 2B Haute-Corse
Grand Est > Nancy-Metz: 54 Meurthe-et-Moselle, 55 Meuse, 57 Moselle, 88 Vosges > Reims: 08 Ardennes, 10 Aube, 51 Marne, 52 Haute-Marne > Strasbourg: 67 Bas-Rhin, 68 Haut-Rhin
Hauts-de-France > Amiens: 02 Aisne, 60 Oise, 80 Somme > Lille: 59 Nord, 62 Pas-de-Calais
Île-de-France > Créteil: 77 Seine-et-Marne, 93 Seine-Saint-Denis, 94 Val-de-Marne > Paris: 75 Paris > Versailles: 78 Yvelines, 91 Essonne, 92 Hauts-de-Seine, 95 Val-d'Oise
Normandie > Normandie: 14 Calvados, 27 Eure, 50 Manche, 61 Orne, 76 Seine-Maritime
Nouvelle-Aquitaine > Bordeaux: 24 Dordogne, 33 Gironde, 40 Landes, 47 Lot-et-Garonne, 64 Pyrénées-Atlantiques > Limoges: 19 Corrèze, 23 Creuse, 87 Haute-Vienne > Poitiers: 16 Charente, 17 Charente-Maritime, 79 Deux-Sèvres, 86 Vienne
Occitanie > Montpellier: 11 Aude, 30 Gard, 34 Hérault, 48 Lozère, 66 Pyrénées-Orientales > Toulouse: 09 Ariège, 12 Aveyron, 31 Haute-Garonne, 32 Gers, 46 Lot, 65 Hautes-Pyrénées, 81 Tarn, 82 Tarn-et-Garonne
Pays de la Loire > Nantes: 44 Loire-Atlantique, 49 Maine-et-Loire, 53 Mayenne, 72 Sarthe, 85 Vendée
Provence-Alpes-Côte d'Azur > Aix-Marseille: 04 Alpes-de-Haute-Provence, 05 Hautes-Alpes, 13 Bouches-du-Rhône, 84 Vaucluse > Nice: 06 Alpes-Maritimes, 83 Var
Martinique > Martinique: 972 Martinique
Guadeloupe > Guadeloupe: 971 Guadeloupe
Guyane > Guyane: 973 Guyane
La Réunion > La Réunion: 974 La Réunion
Mayotte > Mayotte: 976 Mayotte
"""  # noqa: E501


@dataclass(frozen=True)
class Place:
    """A department with its code, its academy and its region, under their stored names."""

    region: str
    academy: str
    code: str
    department: str


def _places() -> tuple[Place, ...]:
    places: list[Place] = []
    for line in _REGIONS.strip().splitlines():
        region, *academies = line.split(" > ")
        for entry in academies:
            academy, departments = entry.split(": ")
            places += [
                Place(region, academy, *department.split(" ", 1))
                for department in departments.split(", ")
            ]
    return tuple(places)


PLACES = _places()
