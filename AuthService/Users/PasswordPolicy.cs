namespace AuthService.Users;

/// <summary>Length beats composition rules (NIST SP 800-63B): long enough, not the address, not on everybody's list.</summary>
public static class PasswordPolicy
{
    public const int MinLength = 10;

    /// <summary>Hashing costs by length too.</summary>
    public const int MaxLength = 200;

    // Of the published lists of common passwords, those that are long enough to pass otherwise.
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "1234567890", "12345678910", "0123456789", "0987654321", "1q2w3e4r5t", "1q2w3e4r5t6y", "password12", "password123", "password1234",
        "passwordpassword", "qwertyuiop", "qwertyuiop123", "qwerty12345", "qwerty123456", "iloveyou123", "administrator", "letmein123",
        "welcome123", "changeme123", "football123", "baseball123", "abcdefghij", "abc1234567", "q1w2e3r4t5", "zaq12wsx34",
    };

    /// <summary>What is wrong with it, in words for the person who chose it; null when nothing is.</summary>
    public static string? Objection(string? password, string email)
    {
        if (password is null || password.Length < MinLength)
            return $"A password has at least {MinLength} characters.";
        if (password.Length > MaxLength)
            return $"A password has at most {MaxLength} characters.";
        if (password.Distinct().Count() < 4)
            return "A password has at least 4 different characters.";
        if (Common.Contains(password))
            return "This password is on the list of common passwords.";
        var name = email.Split('@')[0];
        return name.Length >= 4 && password.Contains(name, StringComparison.OrdinalIgnoreCase) ? "A password does not contain the e-mail address's name." : null;
    }
}
