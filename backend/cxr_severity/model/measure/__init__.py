"""How well films are read: by a version when it is made, and on the films of a site."""
