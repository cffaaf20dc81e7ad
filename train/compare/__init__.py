"""The comparison lab: trains cells under the same conditions, and measures what each remembers, costs and says.

In the order in which things happen: ``settings`` and ``matching`` (how large a cell is), ``conditions`` (the data and
their order), ``training``, then the measures (``learning``, ``facts`` and ``synthetic``, ``gradients``, ``states``,
``talk``, ``cost``), ``member`` (one cell with one seed, kept when it is done), ``lab`` (all of them), ``significance``
and ``report`` (the figures), and what is drawn from those alone: ``plots``, ``sentences``, ``page``, ``render``.
"""
