using Microsoft.Extensions.Options;

namespace StorageService.Encryption;

/// <summary>
/// Master keys, 32 bytes in base64 each, as text or in a file. None: objects are stored as they come. Configured under <c>Storage</c>.
/// </summary>
internal sealed class EncryptionOptions
{
    /// <summary>Wraps new data keys. New objects are encrypted where it or <see cref="MasterKeyFile"/> is set.</summary>
    public string? MasterKey { get; init; }

    public string? MasterKeyFile { get; init; }

    /// <summary>Those that came before, until every data key is wrapped by the new one.</summary>
    public string[] OldMasterKeys { get; init; } = [];

    public string[] OldMasterKeyFiles { get; init; } = [];
}

internal static class EncryptionExtensions
{
    public static void AddEncryption(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<EncryptionOptions>().BindConfiguration("Storage").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<EncryptionOptions>, MasterKeysValidation>();
        builder.Services.AddSingleton(services => MasterKeys.Read(services.GetRequiredService<IOptions<EncryptionOptions>>().Value));
        builder.Services.AddSingleton<DataKeys>();
        builder.Services.AddHostedService<KeyRotation>();
        builder.Services.AddHealthChecks().AddCheck<MasterKeyHealthCheck>("encryption", tags: [ServiceDefaults.Health.HealthExtensions.Ready]);
    }
}

/// <summary>Says what is wrong with a key without showing it.</summary>
internal sealed class MasterKeysValidation : IValidateOptions<EncryptionOptions>
{
    public ValidateOptionsResult Validate(string? name, EncryptionOptions options)
    {
        try
        {
            MasterKeys.Read(options);
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
