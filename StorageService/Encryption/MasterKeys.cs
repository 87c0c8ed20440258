using System.Security.Cryptography;

namespace StorageService.Encryption;

/// <summary>The keys that data keys are wrapped by. An id is derived from its key, so that nobody has to name them.</summary>
internal sealed class MasterKeys
{
    private readonly Dictionary<string, MasterKey> byId = [];

    /// <summary>Wraps what is new; null: nothing is encrypted.</summary>
    public MasterKey? Current { get; private init; }

    public IReadOnlyCollection<string> Ids => byId.Keys;

    /// <exception cref="FormatException">A setting is no key; the message names the setting.</exception>
    public static MasterKeys Read(EncryptionOptions options)
    {
        if (options is { MasterKey.Length: > 0, MasterKeyFile.Length: > 0 })
            throw new FormatException("Storage:MasterKey and Storage:MasterKeyFile are both set; one of them is the key.");
        var current = options.MasterKey is { Length: > 0 } text ? MasterKey.Parse(text, "Storage:MasterKey")
            : options.MasterKeyFile is { Length: > 0 } file ? MasterKey.Parse(File.ReadAllText(file), "Storage:MasterKeyFile")
            : null;
        var keys = new MasterKeys { Current = current };
        var old = options.OldMasterKeys.Select((key, i) => MasterKey.Parse(key, $"Storage:OldMasterKeys:{i}"))
            .Concat(options.OldMasterKeyFiles.Select((path, i) => MasterKey.Parse(File.ReadAllText(path), $"Storage:OldMasterKeyFiles:{i}")));
        foreach (var key in current is null ? old : old.Append(current))
            keys.byId[key.Id] = key;
        return keys;
    }

    public MasterKey? Find(string id) => byId.GetValueOrDefault(id);
}

/// <summary>AES-256-GCM over a data key; <c>nonce (12) ‖ ciphertext (32) ‖ tag (16)</c>, bound to the data key's id and owner.</summary>
internal sealed class MasterKey
{
    private const int KeyBytes = 32, NonceBytes = 12, TagBytes = 16;
    private readonly byte[] key;

    private MasterKey(byte[] key) => (this.key, Id) =
        (key, Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, outputLength: 8, info: "inference-suite/master-key-id"u8.ToArray())));

    public string Id { get; }

    public static MasterKey Parse(string base64, string setting)
    {
        var key = new byte[KeyBytes + 1];
        return Convert.TryFromBase64String(base64.Trim(), key, out var length) && length == KeyBytes
            ? new MasterKey(key[..KeyBytes])
            : throw new FormatException($"{setting} must be {KeyBytes} bytes in base64; 'openssl rand -base64 {KeyBytes}' makes one.");
    }

    public byte[] Wrap(byte[] dataKey, Guid id, string owner)
    {
        var wrapped = new byte[NonceBytes + KeyBytes + TagBytes];
        var nonce = wrapped.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, dataKey, wrapped.AsSpan(NonceBytes, KeyBytes), wrapped.AsSpan(NonceBytes + KeyBytes), Context(id, owner));
        return wrapped;
    }

    /// <exception cref="CryptographicException">It was changed, or belongs to another owner.</exception>
    public byte[] Unwrap(byte[] wrapped, Guid id, string owner)
    {
        if (wrapped.Length != NonceBytes + KeyBytes + TagBytes)
            throw new CryptographicException($"The data key {id} has a wrong length.");
        var dataKey = new byte[KeyBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(wrapped.AsSpan(0, NonceBytes), wrapped.AsSpan(NonceBytes, KeyBytes), wrapped.AsSpan(NonceBytes + KeyBytes), dataKey, Context(id, owner));
        return dataKey;
    }

    private static byte[] Context(Guid id, string owner) => System.Text.Encoding.UTF8.GetBytes($"inference-suite/data-key/{id}/{owner}");
}
