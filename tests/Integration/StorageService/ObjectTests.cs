using System.Net;
using NUnit.Framework;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

/// <summary>What holds whatever keeps the bytes.</summary>
[TestFixture("disk")]
[TestFixture("disk, encrypted")]
[TestFixture("s3")]
[TestFixture("s3, encrypted")]
public class ObjectTests(string backend)
{
    private StorageApplication storage = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => storage = backend switch
    {
        "s3" => await StartNewOnS3Async(),
        "s3, encrypted" => await StartNewOnS3Async(Encrypted()),
        "disk, encrypted" => await StartNewAsync(Encrypted()),
        _ => await StartNewAsync(),
    };

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (storage is not null) // it was not started where there is no S3 server
            await storage.DisposeAsync();
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65_536)]
    [TestCase(100_000)]
    [TestCase(9_000_000)]
    [TestCase(30_000_000)]
    public async Task What_was_put_can_be_got(int bytes)
    {
        var content = SomeContent(bytes);

        using var put = await storage.PutAsync("alice", content, contentType: "image/png");
        using var got = await storage.GetAsync("alice", content);

        Assert.That(put.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(put.Headers.Location!.ToString(), Is.EqualTo($"/objects/alice/{Sha256(content)}"));
        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(got.Content.Headers.ContentType!.ToString(), Is.EqualTo("image/png"));
        Assert.That(got.Content.Headers.ContentLength, Is.EqualTo(bytes));
        Assert.That(got.Headers.ETag!.Tag, Is.EqualTo($"\"{Sha256(content)}\""));
        Assert.That(Sha256(await got.Content.ReadAsByteArrayAsync()), Is.EqualTo(Sha256(content)));
    }

    [Test]
    public async Task Head_tells_type_and_length_without_content()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);

        using var head = await storage.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/objects/alice/{Sha256(content)}"));

        Assert.That(head.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(head.Content.Headers.ContentLength, Is.EqualTo(content.Length));
        Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [TestCase(0, 9, 0, 10)]
    [TestCase(99_990, null, 99_990, 10)]
    [TestCase(null, 5, 99_995, 5)]
    public async Task A_range_is_answered_alone(int? from, int? to, int start, int length)
    {
        var content = SomeContent(100_000);
        using var put = await storage.PutAsync("alice", content);

        using var part = await storage.GetRangeAsync("alice", content, from, to);

        Assert.That(part.StatusCode, Is.EqualTo(HttpStatusCode.PartialContent));
        Assert.That(await part.Content.ReadAsByteArrayAsync(), Is.EqualTo(content[start..(start + length)]));
    }

    [TestCase(1_000_000)]
    [TestCase(3_000_000)]
    public async Task Ranges_across_the_borders_of_chunks_are_right(int bytes)
    {
        var content = SomeContent(bytes);
        using var put = await storage.PutAsync("alice", content);

        foreach (var (from, to) in new[] { (65_535, 65_536), (65_536, 65_536), (131_072, 400_000), (bytes - 1, bytes - 1), (0, bytes - 1) })
        {
            using var part = await storage.GetRangeAsync("alice", content, from, to);
            Assert.That(part.StatusCode, Is.EqualTo(HttpStatusCode.PartialContent));
            Assert.That(await part.Content.ReadAsByteArrayAsync(), Is.EqualTo(content[from..(to + 1)]), $"{from}-{to}");
        }
    }

    [Test]
    public async Task A_range_behind_the_end_is_416()
    {
        var content = SomeContent(100);
        using var put = await storage.PutAsync("alice", content);

        using var part = await storage.GetRangeAsync("alice", content, 100, 200);

        Assert.That(part.StatusCode, Is.EqualTo(HttpStatusCode.RequestedRangeNotSatisfiable));
    }

    [Test]
    public async Task A_client_that_has_it_gets_304()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        var request = new HttpRequestMessage(HttpMethod.Get, $"/objects/alice/{Sha256(content)}");
        request.Headers.IfNoneMatch.ParseAdd($"\"{Sha256(content)}\"");

        using var got = await storage.Client.SendAsync(request);

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
    }

    [Test]
    public async Task Putting_it_again_is_200()
    {
        var content = SomeContent();
        using var first = await storage.PutAsync("alice", content);
        using var again = await storage.PutAsync("alice", content);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_wrong_hash_is_422_whether_or_not_the_object_is_there()
    {
        var content = SomeContent(9_000_000);
        using var wrong = await storage.PutAsync("alice", SomeContent(9_000_000), sha256: Sha256(content));
        using var right = await storage.PutAsync("alice", content);
        using var wrongAgain = await storage.PutAsync("alice", SomeContent(), sha256: Sha256(content));
        using var got = await storage.GetAsync("alice", content);

        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(right.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(wrongAgain.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
    }

    [Test]
    public async Task Another_owner_has_none_of_it()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);

        using var got = await storage.GetAsync("bob", content);
        using var deleted = await storage.DeleteAsync("bob", content);
        using var still = await storage.GetAsync("alice", content);

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(deleted.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(still.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Two_owners_of_one_content_are_independent()
    {
        var content = SomeContent();
        using var alices = await storage.PutAsync("alice", content);
        using var bobs = await storage.PutAsync("bob", content);

        using var deleted = await storage.DeleteAsync("alice", content);
        using var got = await storage.GetAsync("bob", content);

        Assert.That(bobs.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
    }

    [Test]
    public async Task Deleting_is_idempotent()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);

        using var first = await storage.DeleteAsync("alice", content);
        using var second = await storage.DeleteAsync("alice", content);
        using var got = await storage.GetAsync("alice", content);

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task What_was_deleted_can_be_put_again()
    {
        var content = SomeContent();
        using var first = await storage.PutAsync("alice", content);
        using var deleted = await storage.DeleteAsync("alice", content);

        using var again = await storage.PutAsync("alice", content);
        using var got = await storage.GetAsync("alice", content);

        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
    }
}
