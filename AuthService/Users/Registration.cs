using ServiceDefaults.Problems;

namespace AuthService.Users;

/// <param name="Consent">What the person agreed to; required in Production.</param>
public sealed record Registration(string? Email, string? Password, ConsentRequest? Consent)
{
    /// <exception cref="ProblemException">Names the field that is wrong.</exception>
    public ValidRegistration Validate(bool consentIsRequired)
    {
        var email = EmailAddress.Normalise(Email) ?? throw ProblemException.Invalid("email", "This is not an e-mail address.");
        if (PasswordPolicy.Objection(Password, email) is { } objection)
            throw ProblemException.Invalid("password", objection);
        if (Consent is null && consentIsRequired)
            throw ProblemException.Invalid("consent", "Registering needs consent: {\"version\": \"...\"}.");
        return new ValidRegistration(email, Password!, Consent?.Validate("consent.version"));
    }
}

public sealed record ConsentRequest(string? Version)
{
    /// <returns>The version of the terms that was agreed to.</returns>
    /// <exception cref="ProblemException">400 naming the field.</exception>
    public string Validate(string field) => string.IsNullOrWhiteSpace(Version) || Version.Length > 50
        ? throw ProblemException.Invalid(field, "Consent names the version of the terms that was agreed to, in at most 50 characters.")
        : Version.Trim();
}

public sealed record ValidRegistration(string Email, string Password, string? ConsentVersion);
