"""What is wrong and what to do: one entry a code of the command's own errors, English then Russian.

Each entry is (cause, remedy) in each language; ``{name}`` are the error's parameters, already made safe to
show. Codes of the packages below the command have their words in the validation catalogue.
"""

from __future__ import annotations

Words = tuple[tuple[str, str], tuple[str, str]]

ERRORS: dict[str, Words] = {
    "INTERNAL_ERROR": (
        (
            "Something went wrong inside trustspace ({detail}, incident {incident}); nothing was judged.",
            "This is a defect of the program, not of your file. Run again with TRUSTSPACE_DEBUG=1 and report"
            " what it prints.",
        ),
        (
            "Внутренняя ошибка trustspace ({detail}, случай {incident}); ничего не проверено.",
            "Это дефект программы, а не вашего файла. Повторите с TRUSTSPACE_DEBUG=1 и сообщите, что"
            " будет напечатано.",
        ),
    ),
    "NOT_YET": (
        (
            "{what} does not exist in this version.",
            "{instead}",
        ),
        (
            "В этой версии ещё нет: {what}.",
            "{instead}",
        ),
    ),
    "FILE_NOT_FOUND": (
        ("There is no file {path}.", "Check the spelling and the folder; relative paths start at {cwd}."),
        ("Файла {path} нет.", "Проверьте имя и папку; относительные пути считаются от {cwd}."),
    ),
    "FILE_UNREADABLE": (
        ("{path} cannot be read: {reason}.", "Ask for read access to it, or copy it where you have access."),
        ("{path} не читается: {reason}.", "Получите право на чтение или скопируйте файл туда, где оно есть."),
    ),
    "FILE_IS_FOLDER": (
        ("{path} is a folder, a file is needed here.", "Name one file inside it."),
        ("{path} — папка, а нужен файл.", "Укажите файл внутри неё."),
    ),
    "FILE_EMPTY": (
        ("{path} is empty (0 bytes).", "Get the file again from whoever sent it."),
        ("{path} пуст (0 байт).", "Получите файл у отправителя ещё раз."),
    ),
    "FILE_TOO_LARGE": (
        (
            "{path} has {size} bytes; here at most {limit} are read.",
            "If it is a document with a detached signature, give the signature as FILE and this one with"
            " --content.",
        ),
        (
            "В {path} {size} байт, здесь читается не больше {limit}.",
            "Если подпись отделена от документа, укажите подпись как ФАЙЛ, а документ — ключом --content.",
        ),
    ),
    "OUTPUT_UNWRITABLE": (
        ("{path} cannot be written: {reason}.", "Choose another place with {option}."),
        ("Не удаётся записать {path}: {reason}.", "Выберите другое место ключом {option}."),
    ),
    "OUTPUT_IS_INPUT": (
        ("The result would overwrite the input {path}.", "Choose another name with --out."),
        ("Результат затёр бы исходный файл {path}.", "Выберите другое имя ключом --out."),
    ),
    "NOT_A_SIGNATURE": (
        (
            "{path} is no signature that trustspace can read: it looks like {looks_like}.",
            "Give the signed file or the detached signature (.p7s, .sig). What the file is: trustspace"
            " inspect {path}",
        ),
        (
            "{path} — не подпись, которую умеет читать trustspace: похоже на {looks_like}.",
            "Укажите подписанный файл или отделённую подпись (.p7s, .sig). Что это за файл: trustspace"
            " inspect {path}",
        ),
    ),
    "SIGNATURE_UNREADABLE": (
        (
            "{path} begins like a signature but cannot be decoded ({reason}): it is cut off or damaged.",
            "Get the file again from whoever sent it and compare the sizes; here it has {size} bytes.",
        ),
        (
            "{path} начинается как подпись, но не разбирается ({reason}): файл обрезан или повреждён.",
            "Получите файл у отправителя ещё раз и сравните размеры; здесь {size} байт.",
        ),
    ),
    "CONTENT_MISSING": (
        (
            "{path} is a detached signature, and the document that it signs was not given.",
            "Give the document with --content FILE, or its digest with --digest ALG=HEX.",
        ),
        (
            "{path} — отделённая подпись, а подписанный документ не указан.",
            "Укажите документ ключом --content ФАЙЛ или его хэш ключом --digest АЛГОРИТМ=HEX.",
        ),
    ),
    "CONTENT_AND_DIGEST": (
        ("--content and --digest were both given.", "Give the document or its digests, not both."),
        ("Указаны и --content, и --digest.", "Укажите документ или его хэши, но не вместе."),
    ),
    "DIGEST_ARGUMENT": (
        (
            "--digest {value} is not of the form ALG=HEX.",
            "For example: --digest sha256=9f86d081… (the whole digest in hexadecimal).",
        ),
        (
            "--digest {value} — не вида АЛГОРИТМ=HEX.",
            "Например: --digest sha256=9f86d081… (весь хэш в шестнадцатеричном виде).",
        ),
    ),
    "DIGEST_UNKNOWN": (
        ("--digest names an unknown algorithm: {name}.", "Known ones: {known}."),
        ("В --digest неизвестный алгоритм: {name}.", "Известные: {known}."),
    ),
    "DIGEST_LENGTH": (
        (
            "The --digest {name} has {actual} bytes, but {name} gives {expected}.",
            "Give the whole digest in hexadecimal.",
        ),
        (
            "В --digest {name} {actual} байт, а {name} даёт {expected}.",
            "Укажите хэш целиком в шестнадцатеричном виде.",
        ),
    ),
    "TIME_ARGUMENT": (
        (
            "--at {value} is not a time.",
            "Write it as 2026-11-24T12:00:00Z, or with an offset as 2026-11-24T15:00:00+03:00.",
        ),
        (
            "--at {value} — не время.",
            "Пишите так: 2026-11-24T12:00:00Z, или со смещением: 2026-11-24T15:00:00+03:00.",
        ),
    ),
    "TRUST_PATH_EMPTY": (
        (
            "{path} holds nothing that --trust understands ({files} files looked at).",
            "Put certificates (PEM or DER) of the authorities that you trust there, with their CRLs or OCSP"
            " responses.",
        ),
        (
            "В {path} нет ничего пригодного для --trust (просмотрено файлов: {files}).",
            "Положите туда сертификаты (PEM или DER) центров, которым доверяете, и их списки отзыва или"
            " ответы OCSP.",
        ),
    ),
    "TRUST_WITHOUT_CERTIFICATES": (
        (
            "No certificate among what --trust names ({paths}).",
            "Add the certificate (PEM or DER) of an authority that you trust; CRLs and OCSP responses alone"
            " make nothing trusted.",
        ),
        (
            "Среди указанного в --trust ({paths}) нет ни одного сертификата.",
            "Добавьте сертификат (PEM или DER) центра, которому доверяете: списки отзыва и ответы OCSP сами"
            " доверия не дают.",
        ),
    ),
    "TRUST_FILE_UNUSABLE": (
        (
            "{path} is not a certificate, CRL, OCSP response or register: {reason}.",
            "Leave it out of --trust, or get it again if it should be one of these.",
        ),
        (
            "{path} — не сертификат, не список отзыва, не ответ OCSP и не реестр: {reason}.",
            "Не указывайте его в --trust или получите заново, если это должно быть что-то из названного.",
        ),
    ),
    "TRUST_TOO_MANY_FILES": (
        ("{path} holds more than {limit} files.", "Point --trust at a smaller folder."),
        ("В {path} больше {limit} файлов.", "Укажите в --trust папку поменьше."),
    ),
    "REGISTER_NOT_VERIFIED": (
        (
            "The register {path} could not be verified: {reason}. Nothing of it was used.",
            "Add the certificate of the CA of the TTP service with --trust, or get a newer register.",
        ),
        (
            "Реестр {path} не прошёл проверку: {reason}. Ничто из него не использовано.",
            "Добавьте сертификат УЦ службы ДТС ключом --trust или получите более новый реестр.",
        ),
    ),
    "POLICY_UNKNOWN": (
        ("There is no policy {name}.", "Shipped policies: {known}; or give the path of a TOML file."),
        ("Политики {name} нет.", "Поставляются: {known}; или укажите путь к файлу TOML."),
    ),
    "POLICY_UNUSABLE": (
        ("The policy {name} cannot be used: {reason}.", "Correct the file; docs/how-to/ shows its form."),
        ("Политика {name} непригодна: {reason}.", "Исправьте файл; вид политики показан в docs/how-to/."),
    ),
    "FACTS_UNREADABLE": (
        ("{path} does not hold facts: {reason}.", "Give a file that --facts-out wrote."),
        ("В {path} нет сохранённых фактов: {reason}.", "Укажите файл, записанный ключом --facts-out."),
    ),
    "REPLAY_WITH_INPUT": (
        (
            "--replay judges stored facts: FILE, --content, --digest and --facts-out do not go with it.",
            "Leave them out, or leave out --replay.",
        ),
        (
            "--replay судит по сохранённым фактам: ФАЙЛ, --content, --digest и --facts-out с ним нельзя.",
            "Уберите их или уберите --replay.",
        ),
    ),
    "FILE_NEEDED": (
        ("No file was named.", "trustspace {command} FILE; all options: trustspace {command} --help"),
        ("Не указан файл.", "trustspace {command} ФАЙЛ; все ключи: trustspace {command} --help"),
    ),
    "UNKNOWN_OBJECT": (
        (
            "{path} is nothing that trustspace knows: it looks like {looks_like}.",
            "inspect reads certificates, CRLs, OCSP, time-stamps, CMS signatures, DVCS and registers, in DER,"
            " BER or PEM.",
        ),
        (
            "{path} — ничего из того, что знает trustspace: похоже на {looks_like}.",
            "inspect читает сертификаты, списки отзыва, OCSP, штампы времени, подписи CMS, DVCS и реестры в"
            " DER, BER или PEM.",
        ),
    ),
    "OBJECT_UNREADABLE": (
        (
            "{path} begins like DER but cannot be decoded ({reason}): it is cut off, damaged or unknown.",
            "Get the file again; here it has {size} bytes.",
        ),
        (
            "{path} начинается как DER, но не разбирается ({reason}): обрезан, повреждён или неизвестен.",
            "Получите файл ещё раз; здесь {size} байт.",
        ),
    ),
    "PRIVATE_KEY_NOT_SHOWN": (
        (
            "{path} holds a private key: its contents are never shown.",
            "Look at the certificate instead. If this file came by mail, treat the key as lost.",
        ),
        (
            "В {path} закрытый ключ: его содержимое не показывается никогда.",
            "Смотрите сертификат. Если файл пришёл по почте, считайте ключ скомпрометированным.",
        ),
    ),
    "KEY_UNUSABLE": (
        ("The key {path} cannot be used: {reason}.", "Give a PKCS#8 key, PEM or DER, with --key."),
        ("Ключ {path} непригоден: {reason}.", "Укажите ключом --key файл PKCS#8 в PEM или DER."),
    ),
    "CERTIFICATE_UNUSABLE": (
        ("{path} is not a certificate: {reason}.", "Give an X.509 certificate, PEM or DER."),
        ("{path} — не сертификат: {reason}.", "Укажите сертификат X.509 в PEM или DER."),
    ),
    "KEY_AND_CERTIFICATE": (
        (
            "The key {key} does not belong to the certificate {certificate}.",
            "Give the certificate that was issued for this key.",
        ),
        (
            "Ключ {key} не подходит к сертификату {certificate}.",
            "Укажите сертификат, выданный для этого ключа.",
        ),
    ),
    "TSA_NEEDED": (
        ("Level T needs a time-stamping authority.", "Give one with --tsa URL, or choose --level B."),
        ("Уровню T нужна служба штампов времени.", "Укажите её ключом --tsa URL или выберите --level B."),
    ),
    "TSA_FAILED": (
        (
            "No time-stamp from {url}: {reason}.",
            "Try again later or use another authority; nothing was written.",
        ),
        (
            "Нет штампа времени от {url}: {reason}.",
            "Повторите позже или выберите другую службу; ничего не записано.",
        ),
    ),
    "NODE_UNREACHABLE": (
        (
            "The node {url} did not answer: {reason}. This says nothing about the signature.",
            "Check the address, or ask again later.",
        ),
        (
            "Узел {url} не ответил: {reason}. О подписи это ничего не говорит.",
            "Проверьте адрес или повторите позже.",
        ),
    ),
    "NODE_REFUSED": (
        ("The node {url} refused: {reason}.", "Correct the request as the node says, then ask again."),
        ("Узел {url} отказал: {reason}.", "Исправьте запрос, как говорит узел, и повторите."),
    ),
    "NODE_CONFIG_UNUSABLE": (
        ("The node's configuration {path} cannot be used: {reason}.", "Correct it and run node check again."),
        ("Конфигурация узла {path} непригодна: {reason}.", "Исправьте её и повторите node check."),
    ),
    "URL_ARGUMENT": (
        ("{value} is not an address of the form http://host:port.", "Correct {option}."),
        ("{value} — не адрес вида http://узел:порт.", "Исправьте {option}."),
    ),
    "RECEIPT_UNREADABLE": (
        (
            "{path} is not a receipt (DVCS response): {reason}.",
            "Give a file that trustspace receipt request wrote. What it is: trustspace inspect {path}",
        ),
        (
            "{path} — не квитанция (ответ DVCS): {reason}.",
            "Укажите файл, записанный trustspace receipt request. Что это: trustspace inspect {path}",
        ),
    ),
    "DEMO_DIR_NOT_EMPTY": (
        (
            "{path} exists and is not an earlier demo space; nothing in it was touched.",
            "Name a new folder with --dir.",
        ),
        (
            "{path} уже есть и не является прежним демонстрационным пространством; там ничего не тронуто.",
            "Укажите новую папку ключом --dir.",
        ),
    ),
    "DEMO_MEMBERS": (
        ("Unknown member: {value}.", "Choose from: {known}; at least two, separated by commas."),
        ("Неизвестный участник: {value}.", "Выберите из: {known}; не меньше двух, через запятую."),
    ),
    "DEMO_NODE_FAILED": (
        ("The node of {member} did not start: {reason}.", "Its log is {log}."),
        ("Узел {member} не запустился: {reason}.", "Его журнал: {log}."),
    ),
}
