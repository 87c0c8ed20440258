using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Privacy;

/// <summary>A user of whom there is something everywhere: a key, images, feedback, a finished task.</summary>
internal sealed class Resident : IDisposable
{
    public const string Password = "correct horse battery 9";
    public const int Images = 3, Rows = 20;
    private const string Row = """{"abuse_type": "MSG", "report_text_len": 120, "profile_rating": 2.5, "popularity": 40}""";

    private Resident(string email, string id, Caller caller) => (Email, Id, Caller) = (email, id, caller);

    public string Email { get; }

    public string Id { get; }

    public Caller Caller { get; }

    public List<string> ImageHashes { get; } = [];

    /// <summary>A predicted item, judged.</summary>
    public Guid Item { get; private set; }

    public static async Task<Resident> MoveInAsync()
    {
        var email = $"user-{Guid.NewGuid():N}@example.org";
        using var guest = Caller.Guest();
        using var registered = await guest.Http.PostAsJsonAsync("/v1/auth/register", new { email, password = Password, consent = new { version = "1" } });
        Assert.That(registered.StatusCode, Is.EqualTo(HttpStatusCode.Created), await registered.Content.ReadAsStringAsync());
        var id = (await registered.ReadJsonAsync()).GetProperty("id").GetString()!;
        var resident = new Resident(email, id, await Caller.LoginAsync(email, Password));
        await resident.LiveAsync();
        return resident;
    }

    public async Task<Guid> SendTaskAsync(int rows)
    {
        using var content = new StringContent(string.Concat(Enumerable.Repeat(Row + "\n", rows)), Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var accepted = await Caller.Http.PostAsync("/v1/models/report-scorer/tasks", content);
        Assert.That(accepted.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await accepted.Content.ReadAsStringAsync());
        return (await accepted.ReadJsonAsync()).Id();
    }

    private async Task LiveAsync()
    {
        using var key = await Caller.Http.PostAsJsonAsync("/v1/auth/keys", new { name = "camera" });
        Assert.That(key.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        for (var i = 0; i < Images; i++)
        {
            var image = TestImages.Png();
            ImageHashes.Add(Convert.ToHexStringLower(SHA256.HashData(image)));
            Item = (await Caller.PredictAsync(image)).FirstItem().Id();
        }
        using var judged = await Caller.Http.PutAsJsonAsync($"/v1/predictions/{Item}/feedback", new { correct = false, label = "with_mask", comment = "mine" });
        Assert.That(judged.StatusCode, Is.EqualTo(HttpStatusCode.OK), await judged.Content.ReadAsStringAsync());
        var task = await SendTaskAsync(Rows);
        await Eventually.SeeAsync("the task is done", async () => await (await Caller.Http.GetAsync($"/v1/tasks/{task}")).ReadJsonAsync(), seen => seen.GetProperty("status").GetString() == "succeeded");
    }

    public void Dispose() => Caller.Dispose();
}
