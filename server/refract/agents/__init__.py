"""What coding agents meet: the judgement of their commands and edits, and the files that make them use Refract."""
