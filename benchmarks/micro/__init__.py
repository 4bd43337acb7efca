"""How long the kernels take, called as the service calls them."""
