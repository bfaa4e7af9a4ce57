"""Changes to questions and answers, one function per business action, one module per noun."""
