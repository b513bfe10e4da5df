"""The inside of a component: between the contract's types, which `componentize-py` generates, and the SDK's."""
