"""Rights over one's own data: what is held of a person, taking it away, erasing it, forgetting it.

``register`` lists every column and every place on disk. Owns the table ``personal_exports``. Emits
nothing, hears nothing. It erases rows of every package, as the importers write them: what happens
to which column is said in the register alone.
"""
