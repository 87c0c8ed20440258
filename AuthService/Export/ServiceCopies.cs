using System.Net.Http.Headers;
using AuthService.Tokens;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Erasure;
using ServiceDefaults.Http;

namespace AuthService.Export;

/// <summary>What another service keeps about a subject, handed on as it comes.</summary>
internal sealed class ServiceCopies(HttpClient http, IConfiguration configuration, TokenIssuer tokens, IOptions<ExportOptions> options)
{
    /// <exception cref="HttpRequestException">No replica of the service answers, or it refuses.</exception>
    /// <exception cref="IOException">It stopped in the middle.</exception>
    /// <exception cref="OperationCanceledException">It took longer than it may.</exception>
    public async Task CopyAsync(string service, string subject, PersonalExport export, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(options.Value.ServiceDeadline);
        using var response = await AskAnyAsync(service, $"/internal/export/{subject}", deadline.Token);
        response.EnsureSuccessStatusCode();
        var boundary = response.Content.Headers.ContentType?.Parameters.FirstOrDefault(parameter => parameter.Name == "boundary")?.Value
            ?? throw new HttpRequestException($"{service} answered something that is no export.");

        var reader = new MultipartReader(boundary, await response.Content.ReadAsStreamAsync(deadline.Token));
        while (await reader.ReadNextSectionAsync(deadline.Token) is { } part)
        {
            var file = new ExportFile(part.Headers!["Content-Location"].ToString(), part.ContentType ?? "application/octet-stream", part.Headers[MultipartExport.AboutHeader].ToString());
            await export.AddAsync(file, stream => part.Body.CopyToAsync(stream, 64 * 1024, deadline.Token), deadline.Token);
        }
    }

    /// <summary>All replicas know the same, so the next one is asked where one does not answer.</summary>
    private async Task<HttpResponseMessage> AskAnyAsync(string service, string path, CancellationToken cancellation)
    {
        var replicas = configuration.ReplicaAddresses(service);
        for (var i = 0; i < replicas.Count; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replicas[i], path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.ForService("auth", Scopes.Service.Export));
            try
            {
                return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            }
            catch (HttpRequestException) when (i < replicas.Count - 1)
            {
                // Then the next.
            }
        }
        throw new HttpRequestException($"It is not configured where {service} is.");
    }
}
