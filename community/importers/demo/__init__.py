"""The demo community: content written for this product, and how it gets into an empty database."""
