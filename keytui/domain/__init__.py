"""What things are: values, grammars and rules, in pure Python without I/O."""
