"""The judgement: facts, snapshot, times and policy in, report out."""
