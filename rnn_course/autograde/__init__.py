"""What an instructor runs: grading a class, feedback, grades. The command line is `rnn-course`.

Nothing here is needed by students, and the student kit does not have it.
"""
