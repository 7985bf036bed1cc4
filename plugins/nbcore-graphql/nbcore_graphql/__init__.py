"""nbcore-graphql: values() and only() by GraphQL, where the answer is exactly what REST would give."""
