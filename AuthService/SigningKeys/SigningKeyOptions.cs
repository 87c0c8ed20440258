using System.ComponentModel.DataAnnotations;

namespace AuthService.SigningKeys;

/// <summary><c>Auth:SigningKeys</c>.</summary>
public sealed class SigningKeyOptions : IValidatableObject
{
    /// <summary>How long a key signs before the next one does.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan RotateEvery { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a key is published before it signs, so that whoever verifies has it by then.</summary>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan PublishAhead { get; init; } = TimeSpan.FromMinutes(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (PublishAhead >= RotateEvery)
            yield return new ValidationResult("Auth:SigningKeys:PublishAhead is shorter than RotateEvery.", [nameof(PublishAhead)]);
    }
}
