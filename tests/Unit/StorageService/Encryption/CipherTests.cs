using System.Security.Cryptography;
using NUnit.Framework;
using StorageService.Encryption;
using StorageService.Objects;

namespace Unit.StorageService.Encryption;

public class CipherTests
{
    private const int Chunk = CipherFormat.ChunkBytes, Stored = Chunk + CipherFormat.TagBytes, Header = CipherFormat.HeaderBytes;

    private static readonly DataKey Key = NewKey();
    private static readonly ObjectKey Address = AddressOf("alice", [1]);

    [Test]
    public async Task What_was_encrypted_is_decrypted([Values(0, 1, Chunk - 1, Chunk, Chunk + 1, 2 * Chunk, 5 * Chunk + 7)] int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);

        var encrypted = await EncryptAsync(content);

        Assert.That(encrypted, Has.Length.EqualTo(CipherFormat.StoredLength(length)));
        Assert.That(await DecryptAsync(encrypted, length), Is.EqualTo(content));
    }

    [Test]
    public async Task The_same_content_twice_looks_different()
    {
        var content = new byte[1000];
        Assert.That(await EncryptAsync(content), Is.Not.EqualTo(await EncryptAsync(content)));
    }

    [Test]
    public async Task Only_the_chunks_that_are_read_are_decrypted()
    {
        var content = RandomNumberGenerator.GetBytes(4 * Chunk);
        var encrypted = await EncryptAsync(content);
        encrypted[Header + 2 * Stored + 5] ^= 1; // in the third chunk

        await using var reading = Open(encrypted, content.Length);
        var part = new byte[100];
        reading.Position = 3 * Chunk - 1 + 1;
        await reading.ReadExactlyAsync(part);

        Assert.That(part, Is.EqualTo(content[(3 * Chunk)..(3 * Chunk + 100)]));
    }

    [Test]
    public async Task A_flipped_bit_is_found_wherever_it_is([Values(0, 4, 9, 30, Header, Header + Chunk, Header + Stored + 77, Header + 2 * Stored + 10 + CipherFormat.TagBytes - 1)] int at)
    {
        var encrypted = await EncryptAsync(RandomNumberGenerator.GetBytes(2 * Chunk + 10));
        encrypted[at] ^= 0x10;
        AssertDamaged(encrypted, 2 * Chunk + 10);
    }

    [Test]
    public async Task What_was_cut_off_is_missed_even_at_the_border_of_a_chunk([Values(1, Chunk, Stored)] int cut)
    {
        var encrypted = (await EncryptAsync(RandomNumberGenerator.GetBytes(3 * Chunk)))[..^cut];
        AssertDamaged(encrypted, 3 * Chunk);
        AssertDamaged(encrypted, 2 * Chunk); // also by who believes that it was shorter
    }

    [Test]
    public async Task Chunks_that_changed_places_are_found()
    {
        var encrypted = await EncryptAsync(RandomNumberGenerator.GetBytes(3 * Chunk));
        byte[] swapped = [.. encrypted[..Header], .. encrypted[(Header + Stored)..(Header + 2 * Stored)], .. encrypted[Header..(Header + Stored)], .. encrypted[(Header + 2 * Stored)..]];
        AssertDamaged(swapped, 3 * Chunk);
    }

    [Test]
    public async Task A_chunk_of_another_object_is_found()
    {
        var (one, other) = (await EncryptAsync(RandomNumberGenerator.GetBytes(2 * Chunk)), await EncryptAsync(RandomNumberGenerator.GetBytes(2 * Chunk)));
        byte[] mixed = [.. one[..(Header + Stored)], .. other[(Header + Stored)..]];
        AssertDamaged(mixed, 2 * Chunk);
    }

    [Test]
    public async Task Another_objects_whole_ciphertext_is_found()
    {
        var encrypted = await EncryptAsync(new byte[500]);
        Assert.That(async () => await ReadAsync(new DecryptingStream(new MemoryStream(encrypted), Key, AddressOf("alice", [2]), 500)), Throws.TypeOf<DamagedContentException>());
    }

    [Test]
    public async Task Another_owners_key_opens_nothing()
    {
        var encrypted = await EncryptAsync(new byte[500]);
        var forged = NewKey() with { Id = Key.Id };
        Assert.That(async () => await ReadAsync(new DecryptingStream(new MemoryStream(encrypted), forged, Address, 500)), Throws.TypeOf<DamagedContentException>());
        Assert.That(async () => await ReadAsync(new DecryptingStream(new MemoryStream(encrypted), NewKey(), Address, 500)), Throws.TypeOf<DamagedContentException>());
    }

    [Test]
    public async Task That_an_object_is_empty_is_authentic_too()
    {
        var encrypted = await EncryptAsync([]);
        encrypted[^1] ^= 1;
        AssertDamaged(encrypted, 0);
    }

    [Test]
    public void A_wrapped_key_opens_only_for_its_owner_and_with_its_master_key()
    {
        var (master, other) = (NewMasterKey(), NewMasterKey());
        var wrapped = master.Wrap(Key.Bytes, Key.Id, "alice");

        Assert.That(master.Unwrap(wrapped, Key.Id, "alice"), Is.EqualTo(Key.Bytes));
        Assert.That(() => master.Unwrap(wrapped, Key.Id, "bob"), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => master.Unwrap(wrapped, Guid.NewGuid(), "alice"), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => other.Unwrap(wrapped, Key.Id, "alice"), Throws.InstanceOf<CryptographicException>());
    }

    [TestCase("too short")]
    [TestCase("c2hvcnQ=")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_master_key_that_is_none_is_refused_by_the_settings_name_and_not_shown(string text)
    {
        var options = new EncryptionOptions { MasterKey = NewMasterKeyText(), OldMasterKeys = [text] };
        var failure = new MasterKeysValidation().Validate(null, options).FailureMessage;
        Assert.That(failure, Does.Contain("Storage:OldMasterKeys:0").And.Not.Contain(text));
    }

    private static void AssertDamaged(byte[] encrypted, int length) =>
        Assert.That(async () => await DecryptAsync(encrypted, length), Throws.TypeOf<DamagedContentException>());

    private static async Task<byte[]> EncryptAsync(byte[] content)
    {
        await using var encrypting = new EncryptingStream(new MemoryStream(content), Key, Address);
        return await ReadAsync(encrypting);
    }

    private static async Task<byte[]> DecryptAsync(byte[] encrypted, int length)
    {
        await using var decrypting = Open(encrypted, length);
        return await ReadAsync(decrypting);
    }

    private static DecryptingStream Open(byte[] encrypted, int length) => new(new MemoryStream(encrypted), Key, Address, length);

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, 50_000);
        return copy.ToArray();
    }

    private static DataKey NewKey() => new(Guid.CreateVersion7(), "alice", RandomNumberGenerator.GetBytes(32));

    private static MasterKey NewMasterKey() => MasterKey.Parse(NewMasterKeyText(), "Storage:MasterKey");

    private static string NewMasterKeyText() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static ObjectKey AddressOf(string owner, byte[] content) => ObjectKey.Parse(owner, Convert.ToHexStringLower(SHA256.HashData(content)));
}
