"""GeoPandas loads a GeoParquet file as it stands: nothing measured, checked, chained or cut into segments."""

import os
import sys

import geopandas as gpd
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

if __name__ == "__main__":
    engine = create_engine(make_url(os.environ["ROADS_DATABASE_URL"]).set(drivername="postgresql+psycopg"))
    gpd.read_parquet(sys.argv[1]).to_postgis("compared_network", engine, if_exists="replace")
