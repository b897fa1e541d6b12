"""What the API says, in shapes: the OpenAPI document is made of these."""
