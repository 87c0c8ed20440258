using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace TrainingService.Serving;

/// <summary>InferenceService's replicas, any of which will do: where one is away, full or broken the next is asked, and after the last the first again, until patience ends. Not having the version is one replica's word too: the others are asked.</summary>
internal sealed class InferenceReplicas(HttpClient http, IConfiguration configuration, IOptions<ServingOptions> options, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250), LongestPause = TimeSpan.FromSeconds(5);

    private IReadOnlyList<Uri>? replicas;
    private int answered; // the one that did last, asked first: the others are left to those who predict

    /// <param name="content">Made anew for every attempt; null sends none.</param>
    /// <returns>A success, with all of its body.</returns>
    /// <exception cref="HttpRequestException">None answers.</exception>
    /// <exception cref="ProblemException">Refused for a reason that does not pass, or that did not pass in time.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Func<HttpContent>? content, CancellationToken cancellation)
    {
        replicas ??= configuration.ReplicaAddresses("inference") is { Count: > 0 } configured ? configured
            : throw new HttpRequestException("No address of InferenceService is configured.");
        var since = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            Exception? failure = null;
            var (wait, mayPass) = (pause, false);
            for (var turn = 0; turn < replicas.Count; turn++)
            {
                var replica = (answered + turn) % replicas.Count;
                try
                {
                    var response = await AttemptAsync(method, new Uri(replicas[replica], path), content, cancellation);
                    answered = replica;
                    return response;
                }
                catch (ProblemException refusal) when (MayPass(refusal.Status))
                {
                    failure = refusal;
                    (wait, mayPass) = (refusal.RetryAfter ?? pause, true);
                }
                catch (ProblemException refusal) when (IsOfReplica(refusal.Status))
                {
                    failure = failure as ProblemException ?? refusal;
                }
                catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
                {
                    failure = failure as ProblemException ?? e; // a replica that is there says more
                    mayPass = true;
                }
            }
            var left = options.Value.Patience - time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero || !mayPass)
                throw failure is ProblemException ? failure : new HttpRequestException($"InferenceService does not answer: {failure!.Message}", failure);
            await Task.Delay(wait < left ? wait : left, time, cancellation);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(HttpMethod method, Uri address, Func<HttpContent>? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content?.Invoke() };
        var response = await http.SendAsync(request, cancellation);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var status = (int)response.StatusCode;
            throw new ProblemException(status, MayPass(status) ? "inference-unavailable" : "inference-refused", await ReasonAsync(response, cancellation)) { RetryAfter = response.Headers.RetryAfter?.Delta };
        }
    }

    /// <summary>Full, not ready or broken; or the token was refused, its key being gone, and the next call brings another.</summary>
    private static bool MayPass(int status) => (HttpStatusCode)status is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized;

    /// <summary>It does not know the version yet, or could not load it there.</summary>
    private static bool IsOfReplica(int status) => (HttpStatusCode)status is HttpStatusCode.NotFound or HttpStatusCode.Conflict;

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var body = await response.Content.ReadFromJsonAsync<OpenInferenceError>(cancellation);
            if (body?.Error is { Length: > 0 } reason)
                return reason;
        }
        catch (JsonException)
        {
            // Not the protocol's form: the status has to do.
        }
        return $"InferenceService answered {(int)response.StatusCode}.";
    }
}
