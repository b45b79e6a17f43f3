"""Who is calling: phone numbers, CRM users and contacts, and the calls a user sees."""
