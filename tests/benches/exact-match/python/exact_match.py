from scorebox import scorer


@scorer
def exact_match(outputs: str, expectations: dict) -> bool:
    """Whether the output is exactly the expected response."""
    return outputs == expectations["expected_response"]
