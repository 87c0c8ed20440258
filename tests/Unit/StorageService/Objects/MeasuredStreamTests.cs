using System.Security.Cryptography;
using NUnit.Framework;
using ServiceDefaults.Problems;
using StorageService.Objects;

namespace Unit.StorageService.Objects;

public class MeasuredStreamTests
{
    [Test]
    public async Task It_knows_length_and_hash_of_what_went_through()
    {
        var content = RandomNumberGenerator.GetBytes(300_001);
        await using var measured = new MeasuredStream(new MemoryStream(content), content.Length);
        using var copy = new MemoryStream();

        await measured.CopyToAsync(copy);

        Assert.That(copy.ToArray(), Is.EqualTo(content));
        Assert.That(measured.BytesRead, Is.EqualTo(content.Length));
        Assert.That(measured.Sha256(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(content))));
    }

    [Test]
    public async Task One_byte_too_many_stops_it()
    {
        await using var measured = new MeasuredStream(new MemoryStream(new byte[101]), maxBytes: 100);
        Assert.That(async () => await measured.CopyToAsync(Stream.Null),
            Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Status)).EqualTo(413));
    }
}
