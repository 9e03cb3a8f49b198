"""How it is kept: Peewee models, the connection, migrations. The only Peewee in the house."""
