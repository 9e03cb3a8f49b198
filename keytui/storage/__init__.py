"""How it is kept: Peewee models, the connection, migrations.

Services build their queries on the models; everything else of Peewee stays here.
"""
