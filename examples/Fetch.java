import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Prints a page: not every machine has curl. */
void main(String[] arguments) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0])).build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        IO.println(answer.body());
        System.exit(answer.statusCode() == 200 ? 0 : 1);
    }
}
