"""A campaign to look at: the published figures of 2021, the year before, and one that runs today.

Everything is invented but the published totals, the places and the organisations that the force
named. One seed and one clock make it, so the past is the same wherever it is loaded; only the
campaign that runs today moves with the day. Nobody is named in it but the people who sign in.
"""
