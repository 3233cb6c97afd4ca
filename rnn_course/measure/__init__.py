"""What the chapter on speed and the bench share: the slow ways, and how to time fairly.

ladder.py: from the loop that everybody writes first to the last one that autograd can take.
timing.py: interleaved measurements of time.   memory.py: the peak of one training step.
"""
