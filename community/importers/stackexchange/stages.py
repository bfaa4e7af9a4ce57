"""tmp"""
def import_stackexchange(run, folder):
    raise NotImplementedError
