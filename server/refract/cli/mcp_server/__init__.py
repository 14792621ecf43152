"""`refract mcp`: the commands as tools of the Model Context Protocol, for coding agents.

No tool touches a database, forces anything, or reads or writes outside of the repository that the server was started in.
"""
