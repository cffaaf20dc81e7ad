"""The parts the screens are made of; each shows what it is given and knows nothing of models or threads."""
